import "./js/dep.js";
