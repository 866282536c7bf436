import { createFormat } from "@carhythm/ui/format";

const { count } = createFormat("en", ["one", "other"]);

/** Saving unsent answers to a file. */
export const rescue = {
	notice: "What you did last has not reached the server for a while. Sending it is still being tried.",
	open: "Save it to a file",
	title: "Save unsent answers to a file",
	body: "You need this only if you have to leave this device, or the server stays away. Otherwise wait: your answers are sent as soon as it can be reached.",
	personal:
		"The file is personal. It holds your answers, and whoever has it can open your assessment. Give it only to the person who gave you this assessment, then delete it.",
	save: "Save the file",
	saved: (steps: number) =>
		`Saved with your downloads: ${count(steps, { one: "# step", other: "# steps" })}. On this device nothing has changed: if the server comes back first, it gets everything once.`,
	nothing: "Everything has been sent meanwhile. You need no file.",
};

/** These texts of one language. */
export type Rescue = typeof rescue;
