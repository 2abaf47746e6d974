using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace ResellerPortal.Gateway.Sandbox;

/// <summary>Asynchronous sandbox conversions, in memory only.</summary>
public sealed class SandboxJobStore(TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(3);

    private readonly ConcurrentDictionary<string, (Task<IResult> Result, DateTimeOffset Until)> _jobs = new();

    /// <summary>Starts a job; an existing job with this id is left running.</summary>
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
