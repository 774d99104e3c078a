// Works without being asked: a line every ten seconds, seen with `pocketpaas logs`.
let rounds = 0;
const timer = setInterval(() => console.log(`worker-sample: round ${++rounds}`), 10_000);
console.log('worker-sample: started');

process.on('SIGTERM', () => {
  clearInterval(timer);
  console.log('worker-sample: stopped');
});
