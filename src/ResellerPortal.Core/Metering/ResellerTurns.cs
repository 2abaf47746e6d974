using System.Diagnostics.CodeAnalysis;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Metering;

/// <summary>
/// Commands in one queue for each reseller. Resellers take turns, each with all of its commands that fit a batch, so that a busy one does
/// not keep the others waiting. For one thread at a time.
/// </summary>
internal sealed class ResellerTurns
{
    private readonly Dictionary<ResellerId, Queue<MeterCommand>> _commands = [];
    private readonly Queue<ResellerId> _next = [];
    private ResellerId? _current;
    private int _count;

    public bool IsEmpty => _count == 0;

    public void Add(MeterCommand command)
    {
        if (!_commands.TryGetValue(command.Reseller, out var queue))
        {
            _commands[command.Reseller] = queue = [];
            _next.Enqueue(command.Reseller);
        }

        queue.Enqueue(command);
        _count++;
    }

    /// <param name="isNewTurn">Whether the next reseller takes its turn.</param>
    public bool TryTake(bool isNewTurn, [NotNullWhen(true)] out MeterCommand? command)
    {
        if (isNewTurn)
        {
            EndTurn();
            _current = _next.TryDequeue(out var next) ? next : null;
        }

        command = null;
        if (_current is not { } reseller || !_commands[reseller].TryDequeue(out command))
        {
            return false;
        }

        _count--;
        return true;
    }

    private void EndTurn()
    {
        if (_current is { } former)
        {
            if (_commands[former].Count > 0)
            {
                _next.Enqueue(former);
            }
            else
            {
                _commands.Remove(former);
            }
        }
    }
}
