'use strict';

const express = require('express');
const { Author, Book, sequelize } = require('./models');

const app = express();
app.use(express.json());

app.get('/health', (request, response) => response.json({ ok: true }));
app.get('/books', async (request, response) => {
  response.json(await Book.findAll({ include: Author, order: [['title', 'ASC']] }));
});
app.get('/books/first', async (request, response) => {
  response.json({ book: await Book.findById(1) });
});

sequelize.sync().then(() => app.listen(process.env.PORT || 3000));
