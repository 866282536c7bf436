/** A paragraph of a generated page, in lines of at most 100 characters as in all of docs/. */
export function wrap(paragraph: string): string {
	const lines = [""];
	for (const word of paragraph.split(" ")) {
		const line = lines.at(-1) ?? "";
		if (line === "") lines[lines.length - 1] = word;
		else if (line.length + 1 + word.length <= 100) lines[lines.length - 1] = `${line} ${word}`;
		else lines.push(word);
	}
	return lines.join("\n");
}
