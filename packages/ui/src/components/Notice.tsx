import type { ComponentChildren } from "preact";

/** Something to know, with at most one thing to do about it. `alert` is read out at once. */
export function Notice({ children, alert = false }: { children: ComponentChildren; alert?: boolean }) {
	return (
		<div class="notice" {...(alert ? { role: "alert" } : {})}>
			{children}
		</div>
	);
}
