from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.database import get_db
from shop.models import Customer
from shop.schemas import CustomerChange, CustomerIn, CustomerOut

router = APIRouter(prefix="/customers", tags=["customers"])


def found(db: Session, customer_id: int) -> Customer:
    customer = db.get(Customer, customer_id)
    if customer is None:
        raise HTTPException(404, "no such customer")
    return customer


@router.get("", response_model=list[CustomerOut])
def list_customers(db: Session = Depends(get_db)):
    return db.scalars(select(Customer).order_by(Customer.id)).all()


@router.post("", response_model=CustomerOut, status_code=201)
def create_customer(body: CustomerIn, db: Session = Depends(get_db)):
    customer = Customer(**body.model_dump())
    db.add(customer)
    try:
        db.commit()
    except IntegrityError:
        db.rollback()
        raise HTTPException(409, "there is a customer with this address")
    return customer


@router.get("/{customer_id}", response_model=CustomerOut)
def read_customer(customer_id: int, db: Session = Depends(get_db)):
    return found(db, customer_id)


@router.put("/{customer_id}", response_model=CustomerOut)
def change_customer(customer_id: int, body: CustomerChange, db: Session = Depends(get_db)):
    customer = found(db, customer_id)
    customer.name = body.name
    db.commit()
    return customer


@router.delete("/{customer_id}", status_code=204)
def delete_customer(customer_id: int, db: Session = Depends(get_db)):
    customer = found(db, customer_id)
    db.delete(customer)
    db.commit()
