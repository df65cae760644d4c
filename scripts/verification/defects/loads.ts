import type { Defect } from '../defect.ts';
import {
  AUTHOR,
  after,
  authorRoute,
  BOOK,
  before,
  bookRoute,
  CUSTOMER,
  change,
  LIBRARY,
  ORDER,
  PROJECT,
  SHOP,
  TASK,
  TRACKER,
  taskRoute,
} from '../edits.ts';

const SELECTIN_IMPORT = 'from sqlalchemy.orm import selectinload\n';
const LAZY = /MissingGreenlet/;

/** What is loaded when it is touched, where nothing can be loaded any more. */
export const LOADS: Defect[] = [
  {
    id: 'lazy-response-model',
    title: 'the response model has a relationship that the query does not load',
    backend: 'library',
    catalogue: 'py-missinggreenlet-lazy',
    shape: [
      after(
        LIBRARY.schemas,
        '    added_at: datetime\n    author_id: int\n',
        '\n\nclass AuthorWithBooks(AuthorOut):\n    books: list[BookOut]\n',
      ),
      change(LIBRARY.authors, 'AuthorOut, BookOut\n', 'AuthorOut, AuthorWithBooks, BookOut\n'),
      before(LIBRARY.authors, 'from sqlmodel import select\n', SELECTIN_IMPORT),
      authorRoute(`@router.get("/{author_id}/full", response_model=AuthorWithBooks)
async def read_author_with_books(author_id: int, session: AsyncSession = Depends(get_session)):
    author = await session.get(Author, author_id, options=[selectinload(Author.books)])
    if author is None:
        raise HTTPException(404, "no such author")
    return author


`),
    ],
    defect: [
      change(LIBRARY.authors, SELECTIN_IMPORT, ''),
      change(LIBRARY.authors, ', options=[selectinload(Author.books)])', ')'),
    ],
    shows: { check: 'clients', cause: /MissingGreenlet/ },
    asks: [AUTHOR, 'GET /authors/$1/full 200 ~ "books":\\[\\]'],
  },
  {
    id: 'lazy-property',
    title: 'a property of the model goes through a relationship that the query does not load',
    backend: 'library',
    catalogue: 'py-missinggreenlet-lazy',
    shape: [
      after(
        LIBRARY.models,
        '    author: Author = Relationship(back_populates="books")\n',
        '\n    @property\n    def label(self) -> str:\n        return f"{self.title} by {self.author.name}"\n',
      ),
      before(LIBRARY.books, 'from sqlmodel import select\n', SELECTIN_IMPORT),
      bookRoute(`@router.get("/labels")
async def labels(session: AsyncSession = Depends(get_session)) -> list[str]:
    wanted = select(Book).options(selectinload(Book.author)).order_by(Book.id)
    return [book.label for book in (await session.exec(wanted)).all()]


`),
    ],
    defect: [
      change(LIBRARY.books, SELECTIN_IMPORT, ''),
      change(LIBRARY.books, '.options(selectinload(Book.author))', ''),
    ],
    shows: { check: 'clients', cause: LAZY },
    asks: [AUTHOR, BOOK, 'GET /books/labels 200 ~ One by Ann'],
  },
  {
    id: 'lazy-serializer',
    title: 'a computed field of the schema goes through a relationship that the query does not load',
    backend: 'tracker',
    catalogue: 'py-missinggreenlet-lazy',
    shape: [
      change(
        TRACKER.schemas,
        'from pydantic import BaseModel, ConfigDict, Field\n',
        'from typing import Any\n\nfrom pydantic import BaseModel, ConfigDict, Field, field_serializer\n',
      ),
      after(
        TRACKER.schemas,
        '    due: datetime | None\n    project_id: int\n',
        `

class TaskLine(Out):
    title: str
    project: Any

    @field_serializer("project")
    def name_of_project(self, project) -> str:
        return ", ".join([project.name, *(task.title for task in project.tasks)])
`,
      ),
      change(TRACKER.tasks, 'TaskIn, TaskOut\n', 'TaskIn, TaskLine, TaskOut\n'),
      before(TRACKER.tasks, 'from sqlalchemy.ext.asyncio', ''),
      after(TRACKER.tasks, 'import AsyncSession\n', SELECTIN_IMPORT),
      taskRoute(`@router.get("/lines", response_model=list[TaskLine])
async def lines(session: AsyncSession = Depends(get_session)):
    whole = selectinload(Task.project).selectinload(Project.tasks)
    return (await session.scalars(select(Task).options(whole).order_by(Task.id))).all()


`),
    ],
    defect: [
      change(
        TRACKER.tasks,
        'selectinload(Task.project).selectinload(Project.tasks)',
        'selectinload(Task.project)',
      ),
    ],
    shows: { check: 'clients', cause: LAZY },
    asks: [PROJECT, TASK, 'GET /tasks/lines 200 ~ Garden, Dig'],
  },
  {
    id: 'lazy-many-to-many',
    title: 'appending to a collection that is not loaded, in an async session',
    backend: 'tracker',
    catalogue: 'py-missinggreenlet-lazy',
    shape: [
      change(TRACKER.tasks, 'import Project, Task\n', 'import Label, Project, Task\n'),
      taskRoute(`@router.put("/{task_id}/labels/{label_id}", status_code=204)
async def attach_label(task_id: int, label_id: int, session: AsyncSession = Depends(get_session)):
    task = await found(session, task_id)
    label = await session.get(Label, label_id)
    if label is None:
        raise HTTPException(404, "no such label")
    if label not in task.labels:
        task.labels.append(label)
    await session.commit()


`),
    ],
    defect: [change(TRACKER.models, 'secondary=task_labels, lazy="selectin")', 'secondary=task_labels)')],
    shows: { check: 'writes', cause: LAZY },
    asks: [PROJECT, TASK, 'POST /labels {"name":"late"} 201', 'PUT /tasks/1/labels/1 204'],
  },
  {
    id: 'deferred-column',
    title: 'a deferred column is read after the query, in an async session',
    backend: 'library',
    catalogue: 'py-missinggreenlet-lazy',
    shape: [
      before(LIBRARY.books, 'from sqlmodel import select\n', 'from sqlalchemy.orm import load_only\n'),
      bookRoute(`@router.get("/summaries")
async def summaries(session: AsyncSession = Depends(get_session)):
    wanted = select(Book).options(load_only(Book.title, Book.summary)).order_by(Book.id)
    return [{"title": book.title, "summary": book.summary} for book in (await session.exec(wanted)).all()]


`),
    ],
    defect: [change(LIBRARY.books, 'load_only(Book.title, Book.summary)', 'load_only(Book.title)')],
    shows: { check: 'clients', cause: LAZY },
    asks: [AUTHOR, BOOK, 'GET /books/summaries 200'],
  },
  {
    id: 'expired-after-commit',
    title: 'the async factory expires what is committed, and the answer reads it',
    backend: 'library',
    catalogue: 'py-expire-on-commit-async',
    defect: [
      change(LIBRARY.database, ', class_=AsyncSession, expire_on_commit=False)', ', class_=AsyncSession)'),
    ],
    shows: { check: 'writes', cause: LAZY },
    asks: [AUTHOR],
  },
  {
    id: 'onupdate-not-refreshed',
    title: 'a column that the database sets on UPDATE is read before it is refreshed',
    backend: 'library',
    catalogue: 'py-expire-on-commit-async',
    shape: [
      change(
        LIBRARY.models,
        'from sqlalchemy import Column, DateTime\n',
        'from sqlalchemy import Column, DateTime, func\n',
      ),
      change(
        LIBRARY.models,
        '    author_id: int = Field(foreign_key="author.id")\n',
        `    changed_at: datetime | None = Field(
        default=None, sa_column=Column(DateTime(timezone=True), server_default=func.now(), onupdate=func.now())
    )
    author_id: int = Field(foreign_key="author.id")
`,
      ),
      after(
        LIBRARY.schemas,
        '    added_at: datetime\n    author_id: int\n',
        '    changed_at: datetime | None\n',
      ),
      change(
        LIBRARY.books,
        `        setattr(book, name, value)
    await session.commit()
`,
        `        setattr(book, name, value)
    await session.commit()
    await session.refresh(book)
`,
      ),
    ],
    defect: [change(LIBRARY.books, '    await session.refresh(book)\n', '')],
    shows: { check: 'writes', cause: LAZY },
    asks: [AUTHOR, BOOK, 'PATCH /books/1 {"title":"Two"} 200 ~ Two'],
  },
  {
    id: 'detached-relationship',
    title: 'a relationship is read after the session that loaded the row is closed',
    backend: 'shop',
    catalogue: 'py-expire-on-commit-async',
    shape: [
      before(SHOP.orders, 'from sqlalchemy.orm import Session\n', ''),
      change(SHOP.orders, 'import Session\n', 'import Session, joinedload\n'),
      change(SHOP.orders, 'import get_db\n', 'import SessionLocal, get_db\n'),
      before(
        SHOP.orders,
        '@router.patch("/{order_id}"',
        `def load(order_id: int) -> Order | None:
    with SessionLocal() as db:
        return db.get(Order, order_id, options=[joinedload(Order.customer)])


@router.get("/{order_id}/slip")
def slip(order_id: int):
    order = load(order_id)
    if order is None:
        raise HTTPException(404, "no such order")
    return {"reference": order.reference, "to": order.customer.name}


`,
      ),
    ],
    defect: [change(SHOP.orders, ', options=[joinedload(Order.customer)])', ')')],
    shows: { check: 'clients', cause: /DetachedInstanceError/ },
    asks: [CUSTOMER, ORDER, 'GET /orders/1/slip 200 ~ Ida'],
  },
  {
    id: 'detached-after-commit',
    title: 'a row is read after its session has committed and closed',
    backend: 'shop',
    catalogue: 'py-expire-on-commit-async',
    shape: [
      change(SHOP.products, 'import get_db\n', 'import SessionLocal, get_db\n'),
      change(
        SHOP.products,
        `def create_product(body: ProductIn, db: Session = Depends(get_db)):
    product = Product(**body.model_dump())
    db.add(product)
    db.commit()
    return product
`,
        `def create_product(body: ProductIn):
    with SessionLocal(expire_on_commit=False) as db:
        product = Product(**body.model_dump())
        db.add(product)
        db.commit()
    return product
`,
      ),
    ],
    defect: [change(SHOP.products, 'SessionLocal(expire_on_commit=False)', 'SessionLocal()')],
    shows: { check: 'writes', cause: /DetachedInstanceError/ },
    asks: ['POST /products {"name":"Tea","price":"3.20"} 201 ~ Tea'],
  },
];
