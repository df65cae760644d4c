from datetime import datetime, timezone
from decimal import Decimal
from enum import Enum

from sqlalchemy import Column, DateTime
from sqlmodel import Field, Relationship, SQLModel


def now() -> datetime:
    return datetime.now(timezone.utc)


class Shelf(str, Enum):
    fiction = "fiction"
    science = "science"
    travel = "travel"


class Author(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    country: str | None = None
    created_at: datetime = Field(default_factory=now, sa_column=Column(DateTime(timezone=True), nullable=False))

    books: list["Book"] = Relationship(back_populates="author", cascade_delete=True)


class Book(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    title: str
    isbn: str = Field(unique=True)
    shelf: Shelf = Shelf.fiction
    price: Decimal = Field(max_digits=8, decimal_places=2)
    summary: str | None = None
    added_at: datetime = Field(default_factory=now, sa_column=Column(DateTime(timezone=True), nullable=False))
    author_id: int = Field(foreign_key="author.id")

    author: Author = Relationship(back_populates="books")
