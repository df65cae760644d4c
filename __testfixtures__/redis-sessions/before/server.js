const express = require('express');
const session = require('express-session');
const RedisStore = require('connect-redis')(session);
const { createClient } = require('redis');

const client = createClient({ url: process.env.REDIS_URL });
client.on('error', (error) => console.error(error));

const app = express();
app.use(
  session({
    store: new RedisStore({ client }),
    secret: process.env.SESSION_SECRET,
    resave: false,
    saveUninitialized: true,
  }),
);
app.get('/health', (request, response) => response.json({ ok: true }));
app.get('/visits', (request, response) => {
  request.session.visits = (request.session.visits ?? 0) + 1;
  response.json({ visits: request.session.visits });
});

client.connect().then(() => app.listen(process.env.PORT || 3000));
