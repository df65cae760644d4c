from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.database import get_db
from shop.models import Product
from shop.schemas import ProductChange, ProductIn, ProductOut

router = APIRouter(prefix="/products", tags=["products"])


def found(db: Session, product_id: int) -> Product:
    product = db.get(Product, product_id)
    if product is None:
        raise HTTPException(404, "no such product")
    return product


@router.get("", response_model=list[ProductOut])
def list_products(db: Session = Depends(get_db)):
    return db.scalars(select(Product).order_by(Product.id)).all()


@router.post("", response_model=ProductOut, status_code=201)
def create_product(body: ProductIn, db: Session = Depends(get_db)):
    product = Product(**body.model_dump())
    db.add(product)
    db.commit()
    return product


@router.get("/{product_id}", response_model=ProductOut)
def read_product(product_id: int, db: Session = Depends(get_db)):
    return found(db, product_id)


@router.patch("/{product_id}", response_model=ProductOut)
def change_product(product_id: int, body: ProductChange, db: Session = Depends(get_db)):
    product = found(db, product_id)
    for name, value in body.model_dump(exclude_unset=True, exclude_none=True).items():
        setattr(product, name, value)
    db.commit()
    return product


@router.delete("/{product_id}", status_code=204)
def delete_product(product_id: int, db: Session = Depends(get_db)):
    product = found(db, product_id)
    db.delete(product)
    db.commit()
