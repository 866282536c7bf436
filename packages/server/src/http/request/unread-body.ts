import type { Context } from "hono";
import type { Env } from "../context.ts";

/**
 * Closes the connection once the reply is sent. The rest of a body that was refused would else be received to its
 * end, so that the client can see the refusal: a thousand refusals of 1 MiB keep a processor busy for seconds.
 */
export function closeAfterReply(c: Context<Env>): void {
	const { incoming, outgoing } = c.env ?? {};
	if (!incoming || !outgoing || !("once" in outgoing)) return;
	c.get("headers")["Connection"] = "close";
	outgoing.once("finish", () => incoming.socket.destroy());
}
