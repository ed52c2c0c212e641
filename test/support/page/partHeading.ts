// Runs in the page of a part first: a page has a heading, which the part alone lacks.
const heading = document.createElement('h1');
heading.className = 'spoken';
heading.textContent = document.title;
document.querySelector('#app')?.append(heading);

export {};
