import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
gc.collect()
gc.freeze()  # what is loaded stays: it is not looked through at every turn
gc.set_threshold(10_000, 20, 20)
