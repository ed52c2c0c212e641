/** Styles, which the bundler puts into the page's style sheet. */
declare module '*.css';
