from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.database import get_db
from shop.models import Customer, Order
from shop.schemas import OrderChange, OrderIn, OrderOut

router = APIRouter(prefix="/orders", tags=["orders"])


def found(db: Session, order_id: int) -> Order:
    order = db.get(Order, order_id)
    if order is None:
        raise HTTPException(404, "no such order")
    return order


@router.get("", response_model=list[OrderOut])
def list_orders(db: Session = Depends(get_db)):
    return db.scalars(select(Order).order_by(Order.id)).all()


@router.post("", response_model=OrderOut, status_code=201)
def create_order(body: OrderIn, db: Session = Depends(get_db)):
    if db.get(Customer, body.customer_id) is None:
        raise HTTPException(404, "no such customer")
    order = Order(**body.model_dump())
    db.add(order)
    db.commit()
    return order


@router.get("/{order_id}", response_model=OrderOut)
def read_order(order_id: int, db: Session = Depends(get_db)):
    return found(db, order_id)


@router.patch("/{order_id}", response_model=OrderOut)
def change_order(order_id: int, body: OrderChange, db: Session = Depends(get_db)):
    order = found(db, order_id)
    for name, value in body.model_dump(exclude_unset=True, exclude_none=True).items():
        setattr(order, name, value)
    db.commit()
    return order


@router.delete("/{order_id}", status_code=204)
def delete_order(order_id: int, db: Session = Depends(get_db)):
    order = found(db, order_id)
    db.delete(order)
    db.commit()
