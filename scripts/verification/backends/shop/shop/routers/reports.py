from fastapi import APIRouter, Depends
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from shop.database import engine, get_db
from shop.models import Customer, Order

router = APIRouter(prefix="/reports", tags=["reports"])


@router.get("/counts")
def counts():
    with engine.connect() as connection:
        row = connection.execute(text("SELECT count(*) AS customers FROM customers")).one()
    return {"customers": row.customers}


@router.get("/by-customer")
def by_customer(db: Session = Depends(get_db)):
    wanted = select(Customer.name, func.count(Order.id).label("orders")).outerjoin(Order).group_by(Customer.id)
    return [{"name": row.name, "orders": row.orders} for row in db.execute(wanted)]
