using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace ResellerPortal.Gateway.Sandbox;

/// <summary>Conversions that the sandbox's caller does not wait for, in memory: a restart forgets them.</summary>
public sealed class SandboxJobStore(TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(3);

    private readonly ConcurrentDictionary<string, (Task<IResult> Result, DateTimeOffset Until)> _jobs = new();

    /// <summary>Starts a job; one of that id that is known already goes on as it is.</summary>
    public void Start(string id, Func<Task<IResult>> work)
    {
        foreach (var (old, _) in _jobs.Where(job => job.Value.Until < clock.GetUtcNow()))
        {
            _jobs.TryRemove(old, out _);
        }

        _jobs.GetOrAdd(id, _ => (Task.Run(work), clock.GetUtcNow() + Kept));
    }

    public Task<IResult>? Find(string id) => _jobs.TryGetValue(id, out var job) ? job.Result : null;

    public bool Remove(string id) => _jobs.TryRemove(id, out _);
}
