/** How the client begins the text by which it tells the model that a person stopped it. */
export const INTERRUPT_MARK = '[Request interrupted by user';

const INJECTED =
  /^<(?:local-command-(?:caveat|stdout|stderr)|bash-(?:input|stdout|stderr)|task-notification|system-reminder)>/;

/** Whether a prompt's text was put there by the client, such as the news that an agent in the background is done. */
export const isInjectedText = (text: string): boolean => INJECTED.test(text);
