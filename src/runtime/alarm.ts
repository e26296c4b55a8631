/** A sleep that somebody else may end early. */
export class Alarm {
  #wake: () => void = () => undefined;

  /** Ends the sleep that is under way, if there is one. */
  readonly wake = (): void => this.#wake();

  /** Sleeps for a time, until woken, or not at all where the signal has aborted. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        setImmediate(resolve);
      };
    });
  }
}
