-- wrk's script: another message in every request, and a look at every answer.
--
-- wrk … -s messages.lua URL -- FILE CONTENT_TYPE EXPECTED
--   FILE      bodies, separated by RS (byte 30)
--   EXPECTED  what the body of every answer must hold
-- At the end it prints one line of JSON, after a line that says "result".

local threads = {}
local requests, next_one = {}, 0
sent, wrong = 0, 0 -- globals, which `done` can read

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local data = file:read("*a")
  file:close()
  expected = args[3]
  wrk.method = "POST"
  wrk.headers["Content-Type"] = args[2]
  for body in data:gmatch("[^\30]+") do
    requests[#requests + 1] = wrk.format(nil, nil, nil, body)
  end
  available = #requests
end

function request()
  next_one = next_one % available + 1
  sent = sent + 1
  return requests[next_one]
end

function response(status, headers, body)
  if status == 200 and not body:find(expected, 1, true) then
    wrong = wrong + 1
  end
end

function done(summary, latency, _)
  local sent_by_all, wrong_of_all, repeated = 0, 0, 0
  for _, thread in ipairs(threads) do
    sent_by_all = sent_by_all + thread:get("sent")
    wrong_of_all = wrong_of_all + thread:get("wrong")
    repeated = repeated + math.max(0, thread:get("sent") - thread:get("available"))
  end
  local errors = summary.errors
  local format = '{"seconds": %.6f, "requests": %d, "wrong": %d, "repeated": %d, '
    .. '"refused": %d, "broken": %d, "late": %d, "p50_ms": %.4f, "p99_ms": %.4f, "max_ms": %.4f}\n'
  io.write("result\n", string.format(format,
    summary.duration / 1e6, summary.requests, wrong_of_all, repeated,
    errors.status, errors.connect + errors.read + errors.write, errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
