-- getFutureLicense, in three contexts and with the tokens of $TOKENS in turn.
local tokens, n = {}, 0
for token in os.getenv("TOKENS"):gmatch("%S+") do tokens[#tokens + 1] = token end
local contexts = { "/portal", "/arcgis", "" }

request = function()
  n = n + 1
  local path = contexts[n % 3 + 1] .. "/portaladmin/license/getFutureLicense?f=json&token=" .. tokens[n % #tokens + 1]
  return wrk.format("GET", path, { ["X-Request-Id"] = tostring(n) })
end
