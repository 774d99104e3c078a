// The guest book with Mongoose. To use it: processes: { web: node mongoose.js } in pocketpaas.yml
const mongoose = require('mongoose');
const { serve } = require('./guestbook');

const Guest = mongoose.model('Guest', new mongoose.Schema({
  name: { type: String, required: true, maxlength: 100 },
  at: { type: Date, default: Date.now },
}));
// Queries wait until it is connected.
mongoose.connect(process.env.MONGODB_URI, { maxPoolSize: 5, serverSelectionTimeoutMS: 5000 }).catch((error) => {
  console.error(`database: ${error.message}`);
  process.exit(1);
});

serve({
  add: (name) => Guest.create({ name }),
  list: async () => (await Guest.find().sort({ _id: 1 }).lean()).map((guest) => guest.name),
  close: () => mongoose.disconnect(),
});
