(function () {
  "use strict";
  var source = document.getElementById("search-index");
  var box = document.querySelector(".find");
  var input = document.getElementById("query");
  var found = document.getElementById("found");
  var hits = document.getElementById("hits");
  var most = 40;
  if (!source || !box || !input || !found || !hits) return;
  var rows = JSON.parse(source.textContent).map(function (row) {
    return { id: row[0], title: row[1], within: row[2], text: row[3], low: (row[1] + " " + row[2] + " " + row[3]).toLowerCase() };
  });
  box.hidden = false;

  function marked(parent, text, words) {
    var low = text.toLowerCase();
    var at = 0;
    while (at < text.length) {
      var next = -1;
      var length = 0;
      words.forEach(function (word) {
        var i = low.indexOf(word, at);
        if (i >= 0 && (next < 0 || i < next)) { next = i; length = word.length; }
      });
      if (next < 0) break;
      parent.appendChild(document.createTextNode(text.slice(at, next)));
      var mark = document.createElement("mark");
      mark.textContent = text.slice(next, next + length);
      parent.appendChild(mark);
      at = next + length;
    }
    parent.appendChild(document.createTextNode(text.slice(at)));
  }

  function snippet(text, words) {
    var low = text.toLowerCase();
    var first = words.map(function (w) { return low.indexOf(w); }).filter(function (i) { return i >= 0; }).sort(function (a, b) { return a - b; })[0] || 0;
    var start = Math.max(0, first - 50);
    return (start > 0 ? "… " : "") + text.slice(start, start + 190) + (text.length > start + 190 ? " …" : "");
  }

  function part(parent, name, text, words) {
    var span = document.createElement("span");
    span.className = name;
    marked(span, text, words);
    parent.appendChild(span);
  }

  function search() {
    var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    hits.textContent = "";
    if (!words.length) { found.textContent = ""; return; }
    var all = rows.filter(function (row) {
      return words.every(function (word) { return row.low.indexOf(word) >= 0; });
    });
    var rank = function (row) {
      var title = row.title.toLowerCase();
      return words.every(function (word) { return title.indexOf(word) >= 0; }) ? 0 : 1;
    };
    all = all.map(function (row, i) { return [rank(row), i, row]; }).sort(function (a, b) { return a[0] - b[0] || a[1] - b[1]; });
    found.textContent = all.length === 0 ? "Nothing found." : all.length === 1 ? "1 place" : all.length + " places" + (all.length > most ? ", the first " + most + " are shown" : "");
    all.slice(0, most).forEach(function (entry) {
      var row = entry[2];
      var item = document.createElement("li");
      var link = document.createElement("a");
      link.href = "#" + row.id;
      marked(link, row.title, words);
      item.appendChild(link);
      if (row.within) part(item, "where", row.within, words);
      if (row.text) part(item, "snippet", snippet(row.text, words), words);
      hits.appendChild(item);
    });
  }

  input.addEventListener("input", search);
  input.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { input.value = ""; search(); }
    if (event.key === "Enter") { var first = hits.querySelector("a"); if (first) first.click(); }
  });
  document.addEventListener("keydown", function (event) {
    var typing = /^(input|textarea|select)$/i.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); input.focus(); }
  });

  // A link into a folded part opens it; contents fold away on a small screen; print shows everything.
  function reveal() {
    var id = decodeURIComponent(location.hash.slice(1));
    var at = id && document.getElementById(id);
    for (var e = at; e; e = e.parentElement) { if (e.tagName === "DETAILS") e.open = true; }
    if (at) at.scrollIntoView();
  }
  var contents = document.querySelector("nav.contents details");
  if (contents && window.matchMedia("(max-width: 63.99rem)").matches) contents.open = false;
  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.prototype.filter.call(document.querySelectorAll("details"), function (d) { return !d.open; });
    closed.forEach(function (d) { d.open = true; });
  });
  window.addEventListener("afterprint", function () { closed.forEach(function (d) { d.open = false; }); });
  window.addEventListener("hashchange", reveal);
  if (location.hash) reveal();
})();
