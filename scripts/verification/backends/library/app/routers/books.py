from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import get_session
from app.models import Author, Book
from app.schemas import BookChange, BookIn, BookOut

router = APIRouter(prefix="/books", tags=["books"])


async def found(session: AsyncSession, book_id: int) -> Book:
    book = await session.get(Book, book_id)
    if book is None:
        raise HTTPException(404, "no such book")
    return book


@router.get("", response_model=list[BookOut])
async def list_books(session: AsyncSession = Depends(get_session)):
    return (await session.exec(select(Book).order_by(Book.id))).all()


@router.post("", response_model=BookOut, status_code=201)
async def create_book(body: BookIn, session: AsyncSession = Depends(get_session)):
    if await session.get(Author, body.author_id) is None:
        raise HTTPException(404, "no such author")
    book = Book(**body.model_dump())
    session.add(book)
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
        raise HTTPException(409, "there is a book with this ISBN")
    return book


@router.get("/{book_id}", response_model=BookOut)
async def read_book(book_id: int, session: AsyncSession = Depends(get_session)):
    return await found(session, book_id)


@router.patch("/{book_id}", response_model=BookOut)
async def change_book(book_id: int, body: BookChange, session: AsyncSession = Depends(get_session)):
    book = await found(session, book_id)
    for name, value in body.model_dump(exclude_unset=True, exclude_none=True).items():
        setattr(book, name, value)
    await session.commit()
    return book


@router.delete("/{book_id}", status_code=204)
async def delete_book(book_id: int, session: AsyncSession = Depends(get_session)):
    book = await found(session, book_id)
    await session.delete(book)
    await session.commit()
