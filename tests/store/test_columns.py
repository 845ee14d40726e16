"""Columns of texts that repeat."""

import pandas as pd

from motionbench.store.columns import TextColumn


def test_texts_are_repeated_and_categories_sorted():
    column = TextColumn()
    column.add(["b", None], each=2)
    column.add(["a", "b"], times=2)
    made = column.finished()
    assert made.tolist()[:2] == ["b", "b"]
    assert pd.isna(made.tolist()[2:4]).all()
    assert made.tolist()[4:] == ["a", "b", "a", "b"]
    assert list(made.categories) == ["a", "b"]
    codes, names = pd.factorize(pd.Series(made), sort=True)
    assert list(names) == ["a", "b"]
    assert codes.tolist() == [1, 1, -1, -1, 0, 1, 0, 1]


def test_a_column_without_rows():
    assert TextColumn().finished().tolist() == []
    empty = TextColumn()
    empty.add([None], each=3)
    assert pd.isna(empty.finished().tolist()).all()
