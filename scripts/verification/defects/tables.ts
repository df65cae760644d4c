import type { Defect } from '../defect.ts';
import {
  AUTHOR,
  after,
  BOOK,
  before,
  bookRoute,
  change,
  create,
  LIBRARY,
  PRODUCT,
  reportRoute,
  SHOP,
  TRACKER,
} from '../edits.ts';

const ORDERS_TABLE = 'sa.Column("quantity", sa.Integer(), nullable=False),\n';

/** Tables, columns and models that do not fit each other. */
export const TABLES: Defect[] = [
  {
    id: 'model-not-imported',
    title: 'the tables are made before the module of one model is imported',
    backend: 'library',
    catalogue: 'py-create-all-before-models',
    shape: [
      create(
        'app/loans.py',
        `from sqlmodel import Field, SQLModel


class Loan(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    reader: str
    book_id: int = Field(foreign_key="book.id")
`,
      ),
      change(
        LIBRARY.database,
        '    from app import models  # noqa: F401\n',
        '    from app import loans, models  # noqa: F401\n',
      ),
      before(
        LIBRARY.books,
        '@router.get("/{book_id}", response_model=BookOut)\n',
        `@router.post("/{book_id}/loans", status_code=201)
async def lend(book_id: int, reader: str, session: AsyncSession = Depends(get_session)) -> dict[str, int]:
    from app.loans import Loan

    book = await found(session, book_id)
    loan = Loan(reader=reader, book_id=book.id)
    session.add(loan)
    await session.commit()
    number = loan.id
    await session.delete(loan)
    await session.commit()
    return {"number": number}


`,
      ),
    ],
    defect: [change(LIBRARY.database, 'import loans, models', 'import models')],
    shows: { check: 'tables', cause: /loan is missing/ },
    asks: [AUTHOR, BOOK, 'POST /books/1/loans?reader=Bo 201'],
  },
  {
    id: 'table-without-migration',
    title: 'a model has no migration',
    backend: 'shop',
    catalogue: 'py-create-all-before-models',
    shape: [
      after(
        SHOP.models,
        '    customer: Mapped[Customer] = relationship(back_populates="orders")\n',
        `

class Coupon(Base):
    __tablename__ = "coupons"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
`,
      ),
      change(SHOP.products, 'import Product\n', 'import Coupon, Product\n'),
      before(
        SHOP.products,
        '@router.get("/{product_id}", response_model=ProductOut)\n',
        `@router.get("/coupons")
def coupons(db: Session = Depends(get_db)) -> list[str]:
    return list(db.scalars(select(Coupon.code)))


`,
      ),
      create(
        'migrations/versions/0003_coupons.py',
        `"""coupons"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coupons",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("code", sa.String(20), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("coupons")
`,
      ),
    ],
    defect: [{ file: 'migrations/versions/0003_coupons.py', remove: true }],
    shows: { check: 'tables', cause: /coupons is missing/ },
    asks: ['GET /products/coupons 200'],
  },
  {
    id: 'column-without-migration',
    title: 'a column of a model has no migration',
    backend: 'shop',
    shape: [
      change(
        SHOP.models,
        '    quantity: Mapped[int]\n',
        '    quantity: Mapped[int]\n    remark: Mapped[str | None] = mapped_column(String(80))\n',
      ),
      change(
        SHOP.orderMigration,
        ORDERS_TABLE,
        `${ORDERS_TABLE}        sa.Column("remark", sa.String(80), nullable=True),\n`,
      ),
    ],
    defect: [change(SHOP.orderMigration, '        sa.Column("remark", sa.String(80), nullable=True),\n', '')],
    shows: { check: 'tables', cause: /orders\.remark/ },
    asks: ['GET /orders 200'],
  },
  {
    id: 'stricter-migration',
    title: 'the migration forbids the empty value that the model allows',
    backend: 'shop',
    defect: [
      change(
        'migrations/versions/0001_first.py',
        '"note", sa.String(200), nullable=True)',
        '"note", sa.String(200), nullable=False)',
      ),
    ],
    shows: { check: 'drift', cause: /modify_nullable.*'products', 'note'/ },
    asks: [PRODUCT],
  },
  {
    id: 'other-type-in-migration',
    title: 'a column has another type in the migration than in the model',
    backend: 'shop',
    shape: [
      reportRoute(`@router.get("/sold")
def sold(db: Session = Depends(get_db)) -> int:
    return db.scalar(select(func.sum(Order.quantity))) or 0


`),
    ],
    defect: [
      change(
        SHOP.orderMigration,
        'sa.Column("quantity", sa.Integer()',
        'sa.Column("quantity", sa.String(10)',
      ),
    ],
    shows: { check: 'drift', cause: /modify_type.*'orders', 'quantity'/ },
    asks: ['GET /reports/sold 200'],
  },
  {
    id: 'start-up-handler-skipped',
    title: 'the tables are made in an on_event handler, which FastAPI skips beside a lifespan',
    backend: 'library',
    catalogue: 'py-lifespan-and-on-event',
    defect: [
      change(LIBRARY.main, '    await init_db()\n    yield\n', '    yield\n'),
      before(
        LIBRARY.main,
        '@app.get("/health")\n',
        '@app.on_event("startup")\nasync def start_up():\n    await init_db()\n\n\n',
      ),
    ],
    shows: { check: 'tables', cause: /missing|creates no table/ },
    asks: [AUTHOR],
  },
  {
    id: 'seed-on-every-start',
    title: 'the start adds the same row each time, which it cannot a second time',
    backend: 'tracker',
    shape: [
      change(TRACKER.database, 'from sqlalchemy import event\n', 'from sqlalchemy import event, text\n'),
      after(
        TRACKER.database,
        '        await connection.run_sync(Base.metadata.create_all)\n',
        '        await connection.execute(text("INSERT OR IGNORE INTO labels (name) VALUES (\'urgent\')"))\n',
      ),
    ],
    defect: [change(TRACKER.database, 'INSERT OR IGNORE INTO', 'INSERT INTO')],
    shows: { check: 'session', cause: /UNIQUE constraint failed: labels\.name/ },
    asks: ['GET /labels 200', 'restart', 'GET /labels 200'],
  },
  {
    id: 'migration-in-start-not-repeatable',
    title: 'the start runs a CREATE INDEX that fails when the index is there',
    backend: 'library',
    shape: [
      change(
        LIBRARY.database,
        'from sqlalchemy.ext.asyncio import',
        'from sqlalchemy import text\nfrom sqlalchemy.ext.asyncio import',
      ),
      after(
        LIBRARY.database,
        '        await connection.run_sync(SQLModel.metadata.create_all)\n',
        '        await connection.execute(text("CREATE INDEX IF NOT EXISTS book_title ON book (title)"))\n',
      ),
    ],
    defect: [change(LIBRARY.database, 'CREATE INDEX IF NOT EXISTS', 'CREATE INDEX')],
    shows: { check: 'restart', cause: /"book_title" already exists/ },
    asks: ['GET /books 200', 'restart', 'GET /books 200'],
  },
  {
    id: 'sequence-behind-seed',
    title: 'the start adds rows with ids of its own, and the sequence does not know of them',
    backend: 'library',
    shape: [
      change(LIBRARY.database, 'from sqlmodel import SQLModel\n', 'from sqlmodel import SQLModel, select\n'),
      after(
        LIBRARY.database,
        '        await connection.run_sync(SQLModel.metadata.create_all)\n',
        `    async with new_session() as session:
        if not (await session.exec(select(models.Author))).first():
            session.add(models.Author(name="Anonymous"))
            await session.commit()
`,
      ),
    ],
    defect: [
      change(LIBRARY.database, 'models.Author(name="Anonymous")', 'models.Author(id=1, name="Anonymous")'),
    ],
    shows: { check: 'writes', cause: /duplicate key value violates unique constraint "author_pkey"/ },
    asks: [AUTHOR],
  },
  {
    id: 'search-path-stays',
    title: 'a statement sets the search_path of a pooled connection for everyone after it',
    backend: 'library',
    shape: [
      change(
        LIBRARY.books,
        'from sqlmodel import select\n',
        'from sqlalchemy import text\nfrom sqlmodel import select\n',
      ),
      bookRoute(`@router.get("/archived")
async def archived(session: AsyncSession = Depends(get_session)) -> list[str]:
    connection = await session.connection()
    await connection.execute(text("CREATE SCHEMA IF NOT EXISTS archive"))
    await connection.execute(text("CREATE TABLE IF NOT EXISTS archive.volume (title text)"))
    await connection.execute(text("SET LOCAL search_path TO archive"))
    titles = [row.title for row in await connection.execute(text("SELECT title FROM volume"))]
    await session.commit()
    return titles


`),
    ],
    defect: [change(LIBRARY.books, 'SET LOCAL search_path', 'SET search_path')],
    shows: { check: 'routes', cause: /relation "\w+" does not exist/ },
    asks: ['GET /books/archived 200', '3x GET /books 200'],
  },
];
