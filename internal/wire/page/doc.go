// Package page writes the HTML pages of the portal's two directories: the "ArcGIS Portal Directory" of the sharing API
// and the "ArcGIS Portal Administrator Directory" of portaladmin. A client that does not ask for JSON gets a page.
// [Start] writes mockportal's own start page.
//
//	head := page.Head{
//		Directory: "ArcGIS Portal Administrator Directory",
//		Title:     "Get Future License",
//		Crumbs:    []page.Link{{Text: "Home", URL: "/portaladmin"}, {Text: "Get Future License"}},
//		Formats:   []page.Link{{Text: "JSON", URL: "?f=json"}, {Text: "Pretty JSON", URL: "?f=pjson"}},
//	}
//	w.Header().Set("Content-Type", "text/html;charset=utf-8")
//	w.Header().Set("Content-Security-Policy", page.ContentSecurityPolicy(""))
//	err := page.Result(w, page.ResultPage{Head: head, Body: reply})
//
// The kinds of page are functions of their argument: the same argument gives the same bytes. A function escapes everything
// in its argument; a URL with a scheme that could run code becomes "#ZgotmplZ". The pages have no script that runs, and
// load nothing, not even an icon.
//
// Not modelled: the look of a particular release of the portal, languages other than English, the maps and item pages
// of the real sharing directory. The package masks nothing: the caller must not pass secrets.
package page
