// A guest book: GET / lists the guests, POST /NAME adds one. With MongoDB's own driver; mongoose.js is the same with Mongoose.
const { MongoClient } = require('mongodb');
const { serve } = require('./guestbook');

const client = new MongoClient(process.env.MONGODB_URI, { maxPoolSize: 5, serverSelectionTimeoutMS: 5000 });
const guests = client.db().collection('guests');

serve({
  add: (name) => guests.insertOne({ name, at: new Date() }),
  list: async () => (await guests.find().sort({ _id: 1 }).toArray()).map((guest) => guest.name),
  close: () => client.close(),
});
