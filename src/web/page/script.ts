/**
 * What makes the page live: the server sends the parts that changed, as HTML of its own making. Written for the
 * browsers that technicians have, so nothing newer than 2020. Without it the page is whole all the same.
 */
export const SCRIPT = `(() => {
  const root = document.documentElement;
  const icon = document.querySelector('link[rel=icon]');
  const open = () => {
    const source = new EventSource('events?lang=' + root.lang);
    source.onmessage = ({ data }) => {
      const said = JSON.parse(data);
      if (said.build !== root.dataset.build) return location.reload();
      for (const id of Object.keys(said.parts)) document.getElementById(id).innerHTML = said.parts[id];
      document.title = said.title;
      icon.href = said.icon;
      root.dataset.live = 'on';
    };
    source.onerror = () => {
      root.dataset.live = 'lost';
      if (source.readyState !== 2) return;
      source.close();
      setTimeout(open, 10000);
    };
  };
  open();
})();`;
