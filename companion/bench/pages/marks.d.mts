export function beginOf(command: string): string;
export function betweenMarks(page: string, command: string, text: string): string;
export function hardware(): string;
export function today(): string;
