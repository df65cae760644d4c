CREATE TABLE "Notice" (
    "id" SERIAL NOT NULL,
    "title" TEXT NOT NULL,
    "url" TEXT,
    "created" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "Notice_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "Pin" (
    "id" SERIAL NOT NULL,
    "colour" TEXT NOT NULL,
    "noticeId" INTEGER NOT NULL,
    CONSTRAINT "Pin_pkey" PRIMARY KEY ("id")
);

ALTER TABLE "Pin" ADD CONSTRAINT "Pin_noticeId_fkey" FOREIGN KEY ("noticeId") REFERENCES "Notice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
