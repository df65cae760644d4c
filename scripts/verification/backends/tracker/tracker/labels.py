from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tracker.database import get_session
from tracker.models import Label
from tracker.schemas import LabelIn, LabelOut

router = APIRouter(prefix="/labels", tags=["labels"])


@router.get("", response_model=list[LabelOut])
async def list_labels(session: AsyncSession = Depends(get_session)):
    return (await session.scalars(select(Label).order_by(Label.id))).all()


@router.post("", response_model=LabelOut, status_code=201)
async def create_label(body: LabelIn, session: AsyncSession = Depends(get_session)):
    label = Label(name=body.name)
    session.add(label)
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
        raise HTTPException(409, "there is a label with this name")
    return label


@router.delete("/{label_id}", status_code=204)
async def delete_label(label_id: int, session: AsyncSession = Depends(get_session)):
    label = await session.get(Label, label_id)
    if label is None:
        raise HTTPException(404, "no such label")
    await session.delete(label)
    await session.commit()
