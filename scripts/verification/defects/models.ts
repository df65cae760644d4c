import type { Defect } from '../defect.ts';
import { before, change, LIBRARY, reportRoute, SHOP, TRACKER } from '../edits.ts';

const _ORDERS_TABLE = 'sa.Column("quantity", sa.Integer(), nullable=False),\n';

/** Models that do not fit each other, which shows with the first query. */
export const MODELS: Defect[] = [
  {
    id: 'relationship-to-nothing',
    title: 'a relationship names a class that does not exist, which shows with the first query',
    backend: 'tracker',
    catalogue: 'py-relationship-name-fk',
    shape: [
      change(
        TRACKER.models,
        'Mapped[list["Task"]] = relationship(back_populates="project", cascade="all, delete-orphan")',
        'Mapped[list["Task"]] = relationship("Task", back_populates="project", cascade="all, delete-orphan")',
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
];
