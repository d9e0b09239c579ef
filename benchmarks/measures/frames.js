// Scrolls the page from its top to its end at `speed` CSS pixels a second; how long each frame took, in milliseconds.
(speed) =>
  new Promise((done) => {
    const end = document.documentElement.scrollHeight - innerHeight;
    const moments = [];
    const frame = (moment) => {
      moments.push(moment);
      const way = ((moment - moments[0]) / 1000) * speed;
      scrollTo(0, Math.min(end, way));
      if (way < end) requestAnimationFrame(frame);
      else done(moments.slice(1).map((one, at) => one - moments[at]));
    };
    scrollTo(0, 0);
    requestAnimationFrame(() => requestAnimationFrame(frame));
  })
