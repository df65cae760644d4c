import uuid
from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from shop.models import Status


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CustomerIn(BaseModel):
    name: str = Field(min_length=1, max_length=80)
    email: str = Field(min_length=3, max_length=120)


class CustomerChange(BaseModel):
    name: str = Field(min_length=1, max_length=80)


class CustomerOut(Out):
    id: int
    name: str
    email: str
    created_at: datetime


class ProductIn(BaseModel):
    name: str = Field(min_length=1, max_length=80)
    price: Decimal = Field(ge=0, max_digits=8, decimal_places=2)
    note: str | None = Field(default=None, max_length=200)


class ProductChange(BaseModel):
    name: str | None = Field(default=None, min_length=1, max_length=80)
    note: str | None = Field(default=None, max_length=200)


class ProductOut(Out):
    id: int
    name: str
    price: Decimal
    note: str | None


class OrderIn(BaseModel):
    quantity: int = Field(ge=1, le=1000)
    status: Status = Status.open
    customer_id: int


class OrderChange(BaseModel):
    status: Status | None = None
    quantity: int | None = Field(default=None, ge=1, le=1000)


class OrderOut(Out):
    id: int
    reference: uuid.UUID
    status: Status
    quantity: int
    placed_at: datetime
    customer_id: int
