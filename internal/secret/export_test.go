package secret

// OneOff is oneOff, to be held against the distance of package nearest.
var OneOff = oneOff
