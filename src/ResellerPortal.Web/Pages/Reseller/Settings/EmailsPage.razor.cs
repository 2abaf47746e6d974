using MudBlazor;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Outbox;
using ResellerPortal.Core.Sending;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Settings;

public sealed partial class EmailsPage(
    CurrentActor current,
    EmailTemplateService templates,
    DunningPolicyService policies,
    InvoiceSettingsService settings,
    ISnackbar snackbar)
{
    private readonly List<StepFields> _steps = [];
    private TemplateView? _view;
    private EmailKind _kind;
    private string _language = "";
    private string _subject = "";
    private string _text = "";
    private RenderedEmail? _preview;
    private string? _templateRefusal;
    private bool _isMailing;
    private bool _isReminding;
    private string? _remindersRefusal;
    private Currency _currency;

    protected override async Task OnInitializedAsync()
    {
        var actor = await current.GetAsync();
        var reseller = await settings.ReadAsync(actor);
        (_currency, _isMailing) = (reseller.Currency, reseller.MailsDocumentsSinceUtc is not null);
        Show(await policies.ReadAsync(actor));
        await ChooseAsync(EmailKind.Invoice, reseller.Language);
    }

    private async Task MailAsync(bool isOn)
    {
        var outcome = await templates.SetAutomaticMailAsync(await current.GetAsync(), isOn);
        _isMailing = outcome.IsRefused ? !isOn : isOn;
        snackbar.Add(
            outcome.Refusal?.Message
                ?? (isOn ? "New invoices will be emailed automatically." : "Invoices are no longer emailed automatically."),
            outcome.IsRefused ? Severity.Error : Severity.Success);
    }

    private void AddStep() => _steps.Add(new StepFields { Days = Math.Min(_steps[^1].Days + 10, 365) });

    private async Task SaveRemindersAsync()
    {
        // Only the last reminder shows the checkbox.
        var steps = _steps.Select((step, index) => new DunningStepTerms(
            step.Days, Money.Round(step.Fee, _currency).MinorUnits, step.Pauses && index == _steps.Count - 1)).ToList();
        var outcome = await policies.SetAsync(await current.GetAsync(), _isReminding, steps);
        _remindersRefusal = outcome.Refusal?.Message;
        if (!outcome.IsRefused)
        {
            Show(outcome.Value);
            snackbar.Add("Saved.", Severity.Success);
        }
    }

    private async Task ChooseAsync(EmailKind kind, string language)
    {
        (_kind, _language) = (kind, language);
        _view = await templates.ReadAsync(await current.GetAsync(), kind, language);
        await WriteAsync(_view.Email.Subject, _view.Email.Text);
    }

    private async Task WriteAsync(string subject, string text)
    {
        (_subject, _text) = (subject, text);
        var outcome = await templates.PreviewAsync(await current.GetAsync(), _language, new RenderedEmail(subject, text));
        _templateRefusal = outcome.Refusal?.Message;
        _preview = outcome.IsRefused ? null : outcome.Value;
    }

    private Task SaveTemplateAsync() =>
        ApplyTemplateAsync(new RenderedEmail(_subject, _text), "Saved. Future emails use this template.");

    private Task ResetTemplateAsync() => ApplyTemplateAsync(null, "Template reset to default.");

    private async Task ApplyTemplateAsync(RenderedEmail? email, string done)
    {
        var outcome = await templates.SetAsync(await current.GetAsync(), _kind, _language, email);
        _templateRefusal = outcome.Refusal?.Message;
        if (!outcome.IsRefused)
        {
            await ChooseAsync(_kind, _language);
            snackbar.Add(done, Severity.Success);
        }
    }

    private void Show(DunningPolicy policy)
    {
        _isReminding = policy.IsOn;
        _steps.Clear();
        _steps.AddRange(policy.Steps.Select(
            s => new StepFields { Days = s.DaysOverdue, Fee = new Money(s.FeeMinorUnits, _currency).Amount, Pauses = s.PausesTokens }));
    }

    private sealed class StepFields
    {
        public int Days { get; set; }

        public decimal Fee { get; set; }

        public bool Pauses { get; set; }
    }
}
