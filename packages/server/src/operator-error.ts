/** What kind of trouble it is; the command line turns each into its exit code. */
export type Trouble = "failed" | "usage" | "conflict" | "refused" | "rolled_back" | "difference";

/** Something that the operator can put right. The message is one clear sentence and is shown without a stack. */
export class OperatorError extends Error {
	override readonly name = "OperatorError";
	readonly trouble: Trouble;

	constructor(trouble: Trouble, sentence: string, options?: ErrorOptions) {
		super(sentence, options);
		this.trouble = trouble;
	}
}
