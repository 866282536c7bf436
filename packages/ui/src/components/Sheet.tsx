import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import "./sheet.css";

/**
 * A modal dialog: at the bottom on phones, in the middle elsewhere. The native element keeps focus inside and
 * the page behind it inert. Without `onDismiss` a choice has to be made, so Escape does nothing.
 */
export function Sheet({
	title,
	children,
	onDismiss,
}: {
	title: ComponentChildren;
	children: ComponentChildren;
	onDismiss?: () => void;
}) {
	const dialog = useRef<HTMLDialogElement>(null);
	const titleId = useId();
	useEffect(() => {
		const element = dialog.current;
		if (element === null) return undefined;
		const { activeElement: opener } = document;
		element.showModal();
		return () => {
			element.close();
			// A dialog that is removed leaves the focus nowhere.
			if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
		};
	}, []);
	return (
		<dialog
			ref={dialog}
			class="sheet"
			aria-labelledby={titleId}
			onCancel={(event) => {
				if (onDismiss === undefined) event.preventDefault();
			}}
			onClose={() => {
				const element = dialog.current;
				if (!element?.isConnected) return;
				// Chrome closes a dialog on the second Escape although `cancel` was prevented.
				if (onDismiss === undefined) element.showModal();
				else onDismiss();
			}}
		>
			<h2 id={titleId} class="sheet-title">
				{title}
			</h2>
			{children}
		</dialog>
	);
}
