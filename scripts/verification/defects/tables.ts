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
    shows: { check: 'drift', cause: /products\.note|null value in column "note"/ },
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
    shows: { check: 'drift', cause: /orders\.quantity|function sum\(character varying\) does not exist/ },
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
    shows: { check: 'restart', cause: /UNIQUE constraint failed: labels\.name/ },
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
    id: 'relationship-to-nothing',
    title: 'a relationship names a class that does not exist, which shows with the first query',
    backend: 'tracker',
    catalogue: 'py-relationship-name-fk',
    shape: [
      change(
        TRACKER.models,
        'Mapped[list["Task"]] = relationship(back_populates="project", cascade="all, delete-orphan")',
        'Mapped[list] = relationship("Task", back_populates="project", cascade="all, delete-orphan")',
      ),
    ],
    defect: [
      change(TRACKER.models, 'relationship("Task", back_populates', 'relationship("Tasks", back_populates'),
    ],
    shows: { check: 'routes', cause: /'Tasks' failed to locate a name/ },
    asks: ['GET /projects 200'],
  },
  {
    id: 'back-populates-nothing',
    title: 'the two sides of a relationship name each other wrongly',
    backend: 'library',
    catalogue: 'py-relationship-name-fk',
    defect: [
      change(
        LIBRARY.models,
        'author: Author = Relationship(back_populates="books")',
        'author: Author = Relationship(back_populates="works")',
      ),
    ],
    shows: { check: 'routes', cause: /has no property 'works'/ },
    asks: ['GET /books 200'],
  },
  {
    id: 'two-ways-to-a-table',
    title: 'two foreign keys lead to the same table, and the relationship does not say which it takes',
    backend: 'shop',
    catalogue: 'py-relationship-name-fk',
    shape: [
      change(
        SHOP.models,
        '    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))\n',
        '    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))\n    payer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))\n',
      ),
      change(
        SHOP.models,
        'relationship(back_populates="customer", cascade="all, delete-orphan")',
        'relationship(\n        back_populates="customer", cascade="all, delete-orphan", foreign_keys="Order.customer_id"\n    )',
      ),
      change(
        SHOP.models,
        'relationship(back_populates="orders")',
        'relationship(back_populates="orders", foreign_keys=[customer_id])',
      ),
      change(
        SHOP.orderMigration,
        'sa.ForeignKey("customers.id"), nullable=False),\n',
        'sa.ForeignKey("customers.id"), nullable=False),\n        sa.Column("payer_id", sa.Integer(), sa.ForeignKey("customers.id"), nullable=True),\n',
      ),
      change(SHOP.reports, '.outerjoin(Order)', '.outerjoin(Customer.orders)'),
    ],
    defect: [
      change(SHOP.models, ', foreign_keys="Order.customer_id"', ''),
      change(SHOP.models, ', foreign_keys=[customer_id]', ''),
    ],
    shows: { check: 'routes', cause: /Could not determine join condition|AmbiguousForeignKeysError/ },
    asks: ['GET /orders 200'],
  },
  {
    id: 'models-imported-twice',
    title: 'a route imports the models under a second name, which declares the same tables again',
    backend: 'shop',
    catalogue: 'py-sqlmodel-model-shape',
    shape: [
      change(SHOP.main, 'from contextlib import', 'import os\nimport sys\nfrom contextlib import'),
      before(
        SHOP.main,
        'from shop.database import engine\n',
        'sys.path.append(os.path.dirname(__file__))\n\n',
      ),
      reportRoute(`@router.get("/products")
def products(db: Session = Depends(get_db)) -> list[str]:
    from shop.models import Product

    return [product.name for product in db.scalars(select(Product))]


`),
    ],
    defect: [
      change(SHOP.reports, '    from shop.models import Product\n', '    from models import Product\n'),
    ],
    shows: { check: 'routes', cause: /Table '\w+' is already defined for this MetaData instance/ },
    asks: ['GET /reports/products 200'],
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
