from fastapi import APIRouter, Depends, HTTPException
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.database import get_session
from app.models import Author, Book
from app.schemas import AuthorChange, AuthorIn, AuthorOut, BookOut

router = APIRouter(prefix="/authors", tags=["authors"])


async def found(session: AsyncSession, author_id: int) -> Author:
    author = await session.get(Author, author_id)
    if author is None:
        raise HTTPException(404, "no such author")
    return author


@router.get("", response_model=list[AuthorOut])
async def list_authors(session: AsyncSession = Depends(get_session)):
    return (await session.exec(select(Author).order_by(Author.id))).all()


@router.post("", response_model=AuthorOut, status_code=201)
async def create_author(body: AuthorIn, session: AsyncSession = Depends(get_session)):
    author = Author(**body.model_dump())
    session.add(author)
    await session.commit()
    return author


@router.get("/{author_id}", response_model=AuthorOut)
async def read_author(author_id: int, session: AsyncSession = Depends(get_session)):
    return await found(session, author_id)


@router.patch("/{author_id}", response_model=AuthorOut)
async def change_author(author_id: int, body: AuthorChange, session: AsyncSession = Depends(get_session)):
    author = await found(session, author_id)
    for name, value in body.model_dump(exclude_unset=True, exclude_none=True).items():
        setattr(author, name, value)
    await session.commit()
    return author


@router.delete("/{author_id}", status_code=204)
async def delete_author(author_id: int, session: AsyncSession = Depends(get_session)):
    author = await found(session, author_id)
    await session.delete(author)
    await session.commit()


@router.get("/{author_id}/books", response_model=list[BookOut])
async def books_of_author(author_id: int, session: AsyncSession = Depends(get_session)):
    await found(session, author_id)
    return (await session.exec(select(Book).where(Book.author_id == author_id).order_by(Book.id))).all()
