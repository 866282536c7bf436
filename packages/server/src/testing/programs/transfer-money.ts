// Moves amounts between the accounts of the database named first, as fast as it can, until it is ended. Their
// sum never changes. With `keep-log` as second argument the write-ahead log alone holds them.
import SqliteFile from "better-sqlite3";

const [file = "", log] = process.argv.slice(2);
const database = new SqliteFile(file, { timeout: 10_000 });
if (log === "keep-log") database.pragma("wal_autocheckpoint=0");
const move = database.prepare("UPDATE accounts SET amount = amount + ? WHERE id = ?");
const note = database.prepare("INSERT INTO transfers (amount, note) VALUES (?, hex(randomblob(400)))");
const transfer = database.transaction((amount: number, from: number, to: number) => {
	move.run(-amount, from);
	move.run(amount, to);
	note.run(amount);
});
for (let round = 1; ; round += 1) {
	transfer.immediate(round % 97, (round * 31) % 2000, (round * 57) % 2000);
	if (round === 20) process.stdout.write("under way\n");
}
