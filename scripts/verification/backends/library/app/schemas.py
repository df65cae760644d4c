from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from app.models import Shelf


class AuthorIn(BaseModel):
    name: str = Field(min_length=1, max_length=80)
    country: str | None = None


class AuthorChange(BaseModel):
    name: str | None = Field(default=None, min_length=1, max_length=80)
    country: str | None = None


class AuthorOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    country: str | None
    created_at: datetime


class BookIn(BaseModel):
    title: str = Field(min_length=1, max_length=120)
    isbn: str = Field(min_length=3, max_length=20)
    shelf: Shelf = Shelf.fiction
    price: Decimal = Field(ge=0, max_digits=8, decimal_places=2)
    summary: str | None = None
    author_id: int


class BookChange(BaseModel):
    title: str | None = Field(default=None, min_length=1, max_length=120)
    shelf: Shelf | None = None
    summary: str | None = None


class BookOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    isbn: str
    shelf: Shelf
    price: Decimal
    summary: str | None
    added_at: datetime
    author_id: int
