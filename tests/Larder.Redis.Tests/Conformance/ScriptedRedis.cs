using System.Net;
using Larder.Redis.Connections;
using Larder.Redis.Tier;
using Larder.Redis.Topology;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Conformance;

/// <summary>A scripted server that a cache with copies in memory can connect to; it has nothing under any key.</summary>
internal static class ScriptedRedis
{
    public static ScriptedRespServer Start() => new ScriptedRespServer()
        .On("INFO server", RespReply.Bulk("run_id:1\r\n"))
        .On("INFO replication", RespReply.Bulk("master_replid:1\r\n"))
        .On("INFO persistence", RespReply.Bulk("aof_enabled:0\r\nrdb_last_load_keys_loaded:0\r\n"))
        .On("GET", RespReply.Null)
        .On("PTTL", RespReply.Integer(-1));

    public static RedisHarness HarnessOver(ScriptedRespServer server, Func<RedisTierSettings, RedisTierSettings>? adjust = null) =>
        new(settings => new Standalone(new RedisNode(settings with { EndPoint = new IPEndPoint(IPAddress.Loopback, server.Port) }, 1 << 18)), adjust)
        {
            LocalCopies = RedisLocalCopies.Auto,
        };
}
