/** Tools of Claude Code that change the file they name. */
export const WRITING_TOOLS = ['Edit', 'MultiEdit', 'Write', 'NotebookEdit'] as const;

/** Tools of Claude Code that read the file they name. */
export const READING_TOOLS = ['Read', 'NotebookRead'] as const;

/** Whether a tool changes the file it names. */
export const isWritingTool = (tool: string | null): boolean =>
  WRITING_TOOLS.some((name) => name === tool);

/** Whether a tool reads the file it names. */
export const isReadingTool = (tool: string | null): boolean =>
  READING_TOOLS.some((name) => name === tool);
