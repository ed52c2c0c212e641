interface PageKeysListener {
  help(): void;
  focusFilter(): void;
  /** Moves the focus to the list; returns whether it is shown. */
  leaveForList(): boolean;
  /** The page has got the focus, and nothing in it has. */
  enter(): void;
}

/** The keys of the whole page, which nothing closer to the focus has taken, and its focus. */
export function listenToPage(listener: PageKeysListener): void {
  document.addEventListener('keydown', event => {
    if (!event.defaultPrevented && isHandled(event, listener)) {
      event.preventDefault();
      // The editor has commands of its own on these keys.
      event.stopPropagation();
    }
  });
  // The editor gives the focus to the page, which has to give it to what the keys are for.
  const enter = () => {
    if (document.hasFocus() && document.activeElement === document.body) {
      listener.enter();
    }
  };
  window.addEventListener('focus', enter);
  enter();
}

function isHandled(event: KeyboardEvent, listener: PageKeysListener): boolean {
  const { key, code, target, altKey, ctrlKey, metaKey, shiftKey } = event;
  // With AltGr a character is typed.
  const isChord = altKey && (ctrlKey || metaKey) && !shiftKey;
  if (isChord && code === 'KeyF' && !event.getModifierState('AltGraph')) {
    listener.focusFilter();
    return true;
  }
  if (altKey || ctrlKey || metaKey || shiftKey) {
    return false;
  }
  if (key === 'F1') {
    listener.help();
    return true;
  }
  return key === 'Escape' && !isInPopup(target) && listener.leaveForList();
}

/** Whether Escape closes something around the focus. */
function isInPopup(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[popover], select:open, option') !== null;
}
