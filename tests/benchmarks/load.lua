-- Requests of several people who are signed in, in turn. Arguments: sessions (comma-separated), CSRF token, body or "-".
local sessions, csrf, body, turn = {}, nil, nil, 0

function init(args)
  for session in args[1]:gmatch("[^,]+") do sessions[#sessions + 1] = session end
  csrf = args[2]
  if args[3] ~= "-" then body = args[3] end
end

function request()
  turn = turn % #sessions + 1
  local headers = { ["Cookie"] = "sessionid=" .. sessions[turn] .. "; csrftoken=" .. csrf }
  if not body then return wrk.format("GET", nil, headers) end
  headers["Content-Type"] = "application/x-www-form-urlencoded"
  headers["X-CSRFToken"] = csrf
  headers["HX-Request"] = "true"
  headers["HX-Target"] = (wrk.path:match("([^/]+)/$") or "") .. "-status"
  return wrk.format("POST", nil, headers, body .. "+" .. math.random(1000000))
end
