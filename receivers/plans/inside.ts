import path from 'node:path';

/** Whether a path is a folder or lies below it; both are real paths. */
export const isInside = (folder: string, real: string): boolean =>
  real === folder || real.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
