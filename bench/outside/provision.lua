-- provisionOrgEntitlements, for three organisations, with the tokens of $TOKENS in turn, and with other numbers each time.
local tokens, n = {}, 0
for token in os.getenv("TOKENS"):gmatch("%S+") do tokens[#tokens + 1] = token end
local organisations = { "sWwd06TnJR4lHopc", "buyerTwo00000000", "buyerThree000000" }
local path = "/sharing/rest/content/listings/6489da7f08f045ac8c0a5b1de37d56fe/provisionOrgEntitlements"
local headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }

request = function()
  n = n + 1
  local body = "f=json&token=" .. tokens[n % #tokens + 1] .. "&purchaserOrgId=" .. organisations[n % 3 + 1]
    .. "&purchaserSubscriptionId=" .. n .. "&orgEntitlements=%7B%22maxUsers%22%3A" .. (10 + n % 1000)
    .. "%2C%22entitlements%22%3A%7B%22standard%22%3A%7B%22num%22%3A" .. (8 + n % 3)
    .. "%7D%2C%22advanced%22%3A%7B%22num%22%3A2%7D%2C%22spatialAnalyst%22%3A%7B%22num%22%3A2%7D%7D%7D"
  return wrk.format("POST", path, headers, body)
end
