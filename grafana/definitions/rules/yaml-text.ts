import { stringify } from 'yaml';

const HEAD = '# Written by `npm run alerts` from grafana/definitions/rules; change it there.\n';

/** YAML under a line that says where it comes from; texts of several lines stay as they are. */
export function yamlText(content: object): string {
  return HEAD + stringify(content, { lineWidth: 0, aliasDuplicateObjects: false });
}
