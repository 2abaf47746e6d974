using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Invoicing;

public sealed partial class ScheduleDialog(CurrentActor current, InvoiceScheduleService schedules)
{
    private bool _isOn;
    private int _day;
    private int _hour;
    private InvoiceRunMode _mode;

    [Parameter, EditorRequired]
    public InvoiceSchedule Schedule { get; set; } = null!;

    [Parameter, EditorRequired]
    public string TimeZone { get; set; } = "";

    internal static string GetModeName(InvoiceRunMode mode) => mode switch
    {
        InvoiceRunMode.Review => "Drafts are kept for review",
        InvoiceRunMode.FinaliseWithoutWarnings => "Drafts without warnings are finalised; the others are kept for review",
        InvoiceRunMode.FinaliseAll => "All drafts are finalised",
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };

    protected override void OnInitialized() => (_isOn, _day, _hour, _mode) = (true, Schedule.Day, Schedule.Hour, Schedule.Mode);

    private async Task<Refusal?> ActAsync() =>
        (await schedules.SetAsync(await current.GetAsync(), new InvoiceScheduleRequest(_isOn, _day, _hour, _mode))).Refusal;
}
